/** What the service is called where nothing else is said. */
export const NAME = '${{ values.name }}';
