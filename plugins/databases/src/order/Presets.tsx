import { Button } from '@backstage/ui';
import type { DatabaseOptions } from '@slipway/plugin-databases-common';
import { layout as styles } from '@slipway/ui';
import type { OrderDraft } from './useOrderDraft';

const SIZES: Record<string, string> = {
  development: 'small',
  staging: 'small',
  production: 'medium',
};

/** One button for each environment that can be served: fills in what is usual there. */
export function Presets(props: {
  options: DatabaseOptions;
  set: (change: Partial<OrderDraft>) => void;
}) {
  const { options, set } = props;
  const served = options.environments.filter(({ name }) =>
    options.providers.some(({ environments }) => environments.includes(name)),
  );
  return (
    <div className={styles.row} role="group" aria-label="Presets">
      {served.map(({ name, title }) => (
        <Button
          key={name}
          size="small"
          variant="secondary"
          onPress={() =>
            set({
              environment: name,
              size:
                options.sizes.find(size => size.name === SIZES[name])?.name ??
                options.sizes[0]?.name ??
                '',
            })
          }
        >
          {`For ${title.toLowerCase()}`}
        </Button>
      ))}
    </div>
  );
}
