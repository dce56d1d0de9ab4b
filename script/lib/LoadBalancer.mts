import net from 'node:net';

/**
 * Connections to one address go to the first of several servers that takes
 * them, in turn: what stands before the replicas of a portal.
 */
export class LoadBalancer {
  static async start(ports: readonly number[]): Promise<LoadBalancer> {
    const balancer = new LoadBalancer(ports);
    await new Promise<void>((resolve, reject) => {
      balancer.#server.once('error', reject);
      balancer.#server.listen(0, '127.0.0.1', resolve);
    });
    return balancer;
  }

  readonly #server: net.Server;
  readonly #ports: readonly number[];
  readonly #sockets = new Set<net.Socket>();
  #turn = 0;

  private constructor(ports: readonly number[]) {
    this.#ports = ports;
    this.#server = net.createServer(client => this.#accept(client));
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as net.AddressInfo).port}`;
  }

  /** Cuts every connection and takes no more. */
  async stop(): Promise<void> {
    this.cut();
    await new Promise(resolve => this.#server.close(resolve));
  }

  /** Cuts every connection that is open. */
  cut(): void {
    for (const socket of this.#sockets) {
      socket.destroy();
    }
  }

  #accept(client: net.Socket): void {
    this.#hold(client);
    client.pause();
    const first = this.#turn++;
    this.#connect(
      client,
      this.#ports.map(
        (_, index) => this.#ports[(first + index) % this.#ports.length],
      ),
    );
  }

  /** Joins the client with the first port that answers. */
  #connect(client: net.Socket, ports: readonly number[]): void {
    const [port, ...others] = ports;
    if (port === undefined) {
      client.destroy();
      return;
    }
    const server = net.connect(port, '127.0.0.1');
    const giveUp = () => this.#connect(client, others);
    server.once('error', giveUp);
    server.once('connect', () => {
      server.removeListener('error', giveUp);
      this.#hold(server);
      client.pipe(server);
      server.pipe(client);
      client.once('close', () => server.destroy());
      server.once('close', () => client.destroy());
    });
  }

  #hold(socket: net.Socket): void {
    this.#sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.once('close', () => this.#sockets.delete(socket));
  }
}
