import type { FieldExtensionComponentProps } from '@backstage/plugin-scaffolder-react';
import type { JsonObject } from '@backstage/types';
import { useEffect } from 'react';
import { plans } from './PlanStore';

/** Shows nothing: tells what was answered so far in all steps of a wizard. */
export function PlanReporter(props: FieldExtensionComponentProps<string>) {
  const { formContext, uiSchema } = props;
  const answers = JSON.stringify(
    (formContext as { formData?: JsonObject } | undefined)?.formData ?? {},
  );
  const templateRef = String(uiSchema['ui:options']?.templateRef ?? '');
  useEffect(
    () => plans.answer(templateRef, JSON.parse(answers)),
    [templateRef, answers],
  );
  useEffect(() => () => plans.rest(), []);
  return null;
}
