/**
 * The environment of each git process: nothing of the person's or the machine's own git configuration, no prompts.
 *
 * @param config - settings that count for this process only, above those in the repository
 */
export function gitEnvironment(
  config: Record<string, string> = {},
): Record<string, string> {
  const settings = Object.entries({
    // The data folder may have been made by another user, such as root in a container.
    'safe.directory': '*',
    'core.hooksPath': '/dev/null',
    'core.autocrlf': 'false',
    'gc.autoDetach': 'false',
    ...config,
  });
  const environment: Record<string, string> = {
    PATH: process.env.PATH ?? '',
    LC_ALL: 'C',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_TERMINAL_PROMPT: '0',
    GIT_LITERAL_PATHSPECS: '1',
    GIT_CONFIG_COUNT: String(settings.length),
  };
  settings.forEach(([key, value], index) => {
    environment[`GIT_CONFIG_KEY_${index}`] = key;
    environment[`GIT_CONFIG_VALUE_${index}`] = value;
  });
  return environment;
}
