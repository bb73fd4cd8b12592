import type { FieldExtensionComponentProps } from '@backstage/plugin-scaffolder-react';
import TextField from '@material-ui/core/TextField';
import { explainServiceName } from '@slipway/plugin-scaffolder-common';
import './forms.css';
import { useAnsweredAnew } from './useAnsweredAnew';
import { useTakenName } from './useTakenName';

/** Where one types the name of a new service; says at once what is wrong with it. */
export function ServiceName(props: FieldExtensionComponentProps<string>) {
  const { formData: name = '', onChange, required, disabled } = props;
  const { schema, uiSchema, idSchema, rawErrors = [] } = props;
  const problem = problemOf(name);
  const isAnew = useAnsweredAnew(name, rawErrors);
  const taken = useTakenName(problem ? undefined : name);
  // Once the form has said it below the field, once is enough.
  const said =
    problem && (isAnew || !rawErrors.includes(problem))
      ? `${schema.title} ${problem}`
      : undefined;
  const hint = said ?? taken;
  return (
    <TextField
      id={idSchema.$id}
      label={schema.title}
      helperText={hint ?? uiSchema['ui:description'] ?? schema.description}
      required={required}
      disabled={disabled}
      value={name}
      // What is empty is missing, as in other fields.
      onChange={({ target }) => onChange(target.value || undefined)}
      margin="normal"
      fullWidth
      error={Boolean(problem) || (rawErrors.length > 0 && !isAnew)}
      data-answered-anew={isAnew || undefined}
      autoComplete="off"
      inputProps={{ autoFocus: uiSchema['ui:autofocus'] }}
      FormHelperTextProps={{
        margin: 'dense',
        ...(hint && { role: said ? 'alert' : 'status' }),
      }}
    />
  );
}

/** Keeps the form from going on with a name that would be refused. */
export function validateServiceName(
  name: string | undefined,
  validation: { addError(message: string): void },
): void {
  const problem = problemOf(name);
  if (problem) {
    validation.addError(problem);
  }
}

/** What comes after "Name"; an empty one is for the form's own check. */
function problemOf(name: string | undefined): string | undefined {
  return name ? explainServiceName(name) : undefined;
}
