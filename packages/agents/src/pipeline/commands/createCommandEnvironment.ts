import { mkdir } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';

type Environment = Record<string, string | undefined>;

const PROXIES = ['HTTP_PROXY', 'HTTPS_PROXY', 'http_proxy', 'https_proxy'];
const HARMLESS = ['NO_PROXY', 'no_proxy', 'SSL_CERT_FILE', 'SSL_CERT_DIR'];

function withoutCredentials(url: string): boolean {
  if (!URL.canParse(url)) {
    return !url.includes('@');
  }
  const { username, password } = new URL(url);
  return !username && !password;
}

/**
 * The environment of a repository's commands: a home and a temporary folder of
 * their own, the search path, and nothing else of the agent's environment but
 * what was named.
 */
export async function createCommandEnvironment(options: {
  /** The agent's environment. */
  from: Environment;
  /** Variables to pass on besides. */
  passOn: readonly string[];
  /** A folder of the task. */
  folder: string;
}): Promise<Record<string, string>> {
  const { from, passOn, folder } = options;
  const home = join(folder, 'home');
  const temporary = join(folder, 'tmp');
  await mkdir(home, { recursive: true });
  await mkdir(temporary, { recursive: true });
  const names = [
    ...PROXIES.filter(name => withoutCredentials(from[name] ?? '')),
    ...HARMLESS,
    ...passOn,
  ];
  const passed = names.flatMap(name => {
    const value = from[name];
    return value === undefined ? [] : [[name, value]];
  });
  return {
    ...Object.fromEntries(passed),
    // The Node.js of the agent first: it is there wherever the agent is.
    PATH: [dirname(process.execPath), from.PATH ?? '/usr/bin:/bin'].join(
      delimiter,
    ),
    HOME: home,
    TMPDIR: temporary,
    LANG: 'C.UTF-8',
    CI: 'true',
    npm_config_update_notifier: 'false',
    npm_config_fund: 'false',
    npm_config_audit: 'false',
  };
}
