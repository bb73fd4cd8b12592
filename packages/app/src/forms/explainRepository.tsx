import type {
  CustomFieldValidator,
  FieldExtensionComponentProps,
} from '@backstage/plugin-scaffolder-react';
import { explainRepositoryName } from '@slipway/plugin-scaffolder-common';
import type { ComponentType } from 'react';
import './forms.css';
import styles from './forms.module.css';
import { useAnsweredAnew } from './useAnsweredAnew';

/** A field in which a repository is chosen. Its value is `host?owner=…&repo=…`. */
export interface RepositoryField {
  component: ComponentType<FieldExtensionComponentProps<string>>;
  validation?: CustomFieldValidator<string>;
}

/** Lets a field say at once that a repository cannot have the name that one types, which hosts say only after submitting. */
export function explainRepository(field: RepositoryField): RepositoryField {
  const { component: Field } = field;
  return {
    component: function ExplainedRepository(props) {
      const problem = problemOf(props.formData);
      const isAnew = useAnsweredAnew(props.formData, props.rawErrors);
      const rawErrors = isAnew ? [] : props.rawErrors;
      return (
        <>
          {isAnew && <span hidden data-answered-anew />}
          <Field {...props} rawErrors={rawErrors} />
          {/* Once the form has said it below the field, once is enough. */}
          {problem && !rawErrors?.includes(problem) && (
            <p role="alert" className={styles.problem}>
              {`This ${problem}`}
            </p>
          )}
        </>
      );
    },
    async validation(value, validation, context) {
      await field.validation?.(value, validation, context);
      const problem = problemOf(value);
      if (problem) {
        validation.addError(problem);
      }
    },
  };
}

/** A name that is empty is for the field's own check. */
function problemOf(value: string | undefined): string | undefined {
  const query = value?.slice(value.indexOf('?') + 1);
  const name = new URLSearchParams(query).get('repo');
  return name ? explainRepositoryName(name) : undefined;
}
