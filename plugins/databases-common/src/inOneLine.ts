/** What zod refines a text by that stands in lists and logs. */
export const inOneLine: [(text: string) => boolean, { error: string }] = [
  text => !/\p{Cc}/u.test(text),
  {
    error:
      'contains a line break or a control character. Write it in one line.',
  },
];
