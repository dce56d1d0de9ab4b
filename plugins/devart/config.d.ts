export interface Config {
  devart?: {
    tracing?: {
      /**
       * Where a trace can be seen, with `{traceId}` in the place of its id, for
       * example `https://grafana.example.com/explore/trace/{traceId}`. Without
       * it pages show the id only.
       * @visibility frontend
       */
      urlTemplate?: string;
    };
  };
}
