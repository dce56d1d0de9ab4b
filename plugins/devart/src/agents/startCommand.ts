/**
 * The command with which an agent starts: it finds the portal and its key in
 * its environment. See the README of `@devart/agent-sdk`.
 */
export function startCommand(options: {
  baseUrl: string;
  key: string;
}): string {
  return [
    `DEVART_URL='${options.baseUrl}' \\`,
    `DEVART_AGENT_KEY='${options.key}' \\`,
    'node my-agent.js',
  ].join('\n');
}
