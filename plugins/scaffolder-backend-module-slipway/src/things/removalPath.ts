/** The form, filled in, that removes what a task made. */
export function removalPath(taskId: string): string {
  const query = new URLSearchParams({ formData: JSON.stringify({ taskId }) });
  return `/create/templates/default/remove-what-a-task-made?${query}`;
}
