/** Prices as a service has them; see the contract of services. */
export interface Prices {
  callMicros?: number;
  models?: Record<
    string,
    {
      inputMillionMicros: number;
      outputMillionMicros: number;
      cachedInputMillionMicros?: number;
    }
  >;
}
