import { format } from 'winston';

/** An address' query, to the end of the address as a line of the access log has it. */
const QUERY = /\?[^\s"#]*/g;
/** What a parameter is called when its name tells nothing. */
const NAME = /^[\w.$[\]-]{1,40}$/;

/**
 * Takes the values out of queries and leaves the names: `?code=abc&state=def` becomes `?code&state`.
 */
export function withoutQueryValues(text: string): string {
  return text.replace(QUERY, query => {
    const names = query
      .slice(1)
      .split('&')
      .map(parameter => parameter.split('=')[0])
      .filter(name => NAME.test(name));
    return `?${[...new Set(names)].join('&')}`;
  });
}

/**
 * Keeps the access log free of what comes with addresses: codes and states of the identity provider, tokens of links that
 * were sent by mail, words that somebody searched for.
 */
export const withoutQueriesFormat = format(info => {
  if (info.type === 'incomingRequest') {
    for (const key of ['message', 'url', 'referrer']) {
      const text = info[key];
      if (typeof text === 'string' && text.includes('?')) {
        info[key] = withoutQueryValues(text);
      }
    }
  }
  return info;
});
