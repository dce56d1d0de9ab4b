/** Amounts over time of one of several things that are told apart. */
export interface StackedSeries {
  name: string;
  /** In millionths of the currency, for each bucket. */
  micros: readonly number[];
}
