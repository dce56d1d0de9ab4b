import { OutcomeChart } from '../charts';
import type { Overview } from './useOverview';

const HOUR: Intl.DateTimeFormatOptions = {
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
};

/** Tasks that ended in each of the last 24 hours. */
export function Throughput(props: { throughput: Overview['throughput'] }) {
  return (
    <OutcomeChart
      label="Tasks that ended in the last 24 hours"
      unit="Hour"
      rows={props.throughput.map(({ hour, succeeded, failed }) => ({
        label: new Date(hour).toLocaleTimeString(undefined, HOUR),
        succeeded,
        failed,
      }))}
    />
  );
}
