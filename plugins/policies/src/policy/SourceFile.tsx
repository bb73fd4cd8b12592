import { Link } from '@backstage/ui';
import { CopyText, layout as styles } from '@slipway/ui';

/** Where a policy was read from, and its cases, which lie beside it. */
export function SourceFile({ file }: { file: string }) {
  if (!/^https?:\/\//.test(file)) {
    return <CopyText text={file} name="path of the file" />;
  }
  return (
    <span className={styles.row}>
      <Link href={file} target="_blank">
        The policy
      </Link>
      <Link href={file.replace(/[^/]*$/, 'cases.yaml')} target="_blank">
        Its cases
      </Link>
    </span>
  );
}
