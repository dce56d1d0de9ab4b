export interface Config {
  devart?: {
    /**
     * Joins RabbitMQ: agents hear of tasks from its queues. Leave the section
     * out to do without.
     */
    rabbitmq?: {
      /**
       * `amqp://user:password@host:5672/vhost`, or `amqps://` for TLS. The
       * account declares exchanges and queues, and publishes.
       * @visibility secret
       */
      url: string;

      /**
       * The address that agents are told, when it differs from `url`; without
       * account and password.
       */
      agentUrl?: string;

      /** Stands before the names of exchanges and queues, such as `staging.`. None unless given. */
      prefix?: string;

      /** A queue that nobody uses for so many hours goes. 168, which is a week, unless given. */
      queueExpiresHours?: number;
    };
  };
}
