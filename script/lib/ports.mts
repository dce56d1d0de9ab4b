import net from 'node:net';
import { SetupError } from './SetupError.mts';

export async function isPortFree(port: number): Promise<boolean> {
  // Another program may listen on either family; both must be free.
  return (await canListen(port, '127.0.0.1')) && (await canListen(port, '::1'));
}

/** A port that nobody listens on right now. */
export async function findFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = net.createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as net.AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

/** A port out of the environment, or the usual one. */
export function portFromEnvironment(variable: string, usual: number): number {
  const value = process.env[variable];
  if (!value) {
    return usual;
  }
  const port = Number(value);
  if (!Number.isInteger(port) || port < 1 || port > 65535) {
    throw new SetupError(
      `${variable} is "${value}"; it must be a port number between 1 and 65535.`,
    );
  }
  return port;
}

/** Refuses a busy port, and says which variable chooses another. */
export async function requireFreePort(port: number, variable: string) {
  if (!(await isPortFree(port))) {
    throw new SetupError(
      `Port ${port} is in use by another program; stop that, or choose another port with ${variable}=${port + 1}.`,
    );
  }
}

async function canListen(port: number, host: string): Promise<boolean> {
  return new Promise(resolve => {
    const server = net.createServer();
    server.once('error', (error: NodeJS.ErrnoException) => {
      // A machine without IPv6 has no ::1 to listen on.
      resolve(error.code === 'EADDRNOTAVAIL' || error.code === 'EAFNOSUPPORT');
    });
    server.listen(port, host, () => server.close(() => resolve(true)));
  });
}
