import { ButtonIcon, Tooltip, TooltipTrigger } from '@backstage/ui';
import { RiCheckLine, RiFileCopyLine } from '@remixicon/react';
import { useEffect, useState } from 'react';
import styles from './CopyText.module.css';

/** @public */
export interface CopyTextProps {
  text: string;
  /** What is copied, for example "host"; the button is called "Copy host". */
  name: string;
  /** Shown instead of the text, for example a shortened digest. */
  children?: string;
}

/**
 * An id, a host or a digest in monospace, with a button that copies it.
 *
 * @public
 */
export function CopyText({ text, name, children = text }: CopyTextProps) {
  const [outcome, setOutcome] = useState<'copied' | 'failed'>();

  useEffect(() => {
    if (!outcome) {
      return undefined;
    }
    const timer = setTimeout(() => setOutcome(undefined), 2000);
    return () => clearTimeout(timer);
  }, [outcome]);

  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setOutcome('copied');
    } catch {
      // Browsers refuse without a secure context or permission. The text stays selectable.
      setOutcome('failed');
    }
  };

  const label = {
    idle: `Copy ${name}`,
    copied: 'Copied',
    failed: `The browser did not allow it: select the ${name} and copy it`,
  }[outcome ?? 'idle'];

  return (
    <span className={styles.root}>
      <code className={styles.text}>{children}</code>
      <TooltipTrigger>
        <ButtonIcon
          size="small"
          variant="tertiary"
          aria-label={`Copy ${name}`}
          icon={outcome === 'copied' ? <RiCheckLine /> : <RiFileCopyLine />}
          onPress={copy}
        />
        <Tooltip>{label}</Tooltip>
      </TooltipTrigger>
      <span role="status" className={styles.announcement}>
        {outcome && label}
      </span>
    </span>
  );
}
