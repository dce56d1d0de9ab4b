import { connect, createServer, type Server, type Socket } from 'node:net';

/** Stands between two programs that speak TCP, and can be shut or cut. */
export class Gate {
  /** @returns the gate, and the URL that leads through it */
  static async before(url: URL): Promise<{ gate: Gate; url: string }> {
    const gate = new Gate(url);
    await new Promise<void>(resolve => {
      gate.#server.listen(0, '127.0.0.1', resolve);
    });
    const through = new URL(url);
    through.hostname = '127.0.0.1';
    through.port = String((gate.#server.address() as { port: number }).port);
    return { gate, url: through.toString() };
  }

  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #open = true;

  private constructor(url: URL) {
    this.#server = createServer(client => {
      if (!this.#open) {
        client.destroy();
        return;
      }
      const target = connect(Number(url.port), url.hostname);
      for (const socket of [client, target]) {
        this.#sockets.add(socket);
        socket.on('error', () => socket.destroy());
        socket.on('close', () => {
          this.#sockets.delete(socket);
          client.destroy();
          target.destroy();
        });
      }
      client.pipe(target).pipe(client);
    });
  }

  /** Breaks all connections; new ones are let through. */
  cut(): void {
    for (const socket of this.#sockets) {
      socket.destroy();
    }
  }

  /** Breaks all connections and lets no new ones through. */
  shut(): void {
    this.#open = false;
    this.cut();
  }

  open(): void {
    this.#open = true;
  }

  async close(): Promise<void> {
    this.shut();
    await new Promise(resolve => this.#server.close(resolve));
  }
}
