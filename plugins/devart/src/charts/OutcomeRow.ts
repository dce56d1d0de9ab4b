/** How work ended in an hour or on a day. */
export interface OutcomeRow {
  label: string;
  succeeded: number;
  failed: number;
  lost?: number;
}
