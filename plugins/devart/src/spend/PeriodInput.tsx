import { ViewToggle } from '../components';

/** The periods to choose from, in days. */
export const PERIODS = ['7', '30', '90'] as const;

/** A period in days. */
export type Period = (typeof PERIODS)[number];

const VIEWS = PERIODS.map(value => ({ value, label: `${value} days` }));

/** Chooses how far to look back. */
export function PeriodInput(props: {
  value: Period;
  onChange: (period: Period) => void;
}) {
  return <ViewToggle label="Period" views={VIEWS} {...props} />;
}
