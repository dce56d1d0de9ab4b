/**
 * Where an agent says how it is doing. Backstage's `LoggerService` and
 * `console` both fit.
 *
 * @public
 */
export interface AgentLogger {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

function line(level: string, message: string): string {
  return `${new Date().toISOString()} ${level.padEnd(5)} ${message}\n`;
}

/**
 * Writes a line with time and level for everything but `debug`; warnings and
 * errors go to the error output.
 *
 * @public
 */
export const consoleLogger: AgentLogger = {
  debug: () => {},
  info: message => void process.stdout.write(line('info', message)),
  warn: message => void process.stderr.write(line('warn', message)),
  error: message => void process.stderr.write(line('error', message)),
};
