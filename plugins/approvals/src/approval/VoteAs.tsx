import { Select } from '@backstage/ui';
import { EntityName, useEntityTitles, layout as styles } from '@slipway/ui';

/** For whom one votes, where that is not just oneself. */
export function VoteAs(props: {
  people: string[];
  me: string | undefined;
  value: string | undefined;
  onChange: (person: string) => void;
}) {
  const { people, me, value, onChange } = props;
  const titleOf = useEntityTitles(people);
  if (people.length > 1) {
    return (
      <Select
        label="You vote for"
        description="One vote for both: yours counts as theirs."
        options={people.map(person => ({
          value: person,
          label: person === me ? 'Yourself' : titleOf(person),
        }))}
        value={value ?? null}
        onChange={chosen => onChange(String(chosen))}
      />
    );
  }
  return people.length === 1 && people[0] !== me ? (
    <p className={styles.note}>
      You vote for <EntityName entityRef={people[0]} />, whose deputy you are.
    </p>
  ) : null;
}
