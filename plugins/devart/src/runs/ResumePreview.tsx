import type { OperationOutput, operations } from '@devart/plugin-devart-common';
import Typography from '@material-ui/core/Typography';
import {
  DataTable,
  EffectLabel,
  Money,
  useMoney,
  type Column,
} from '../components';
import { duration, plural } from '../format';

type Preview = OperationOutput<typeof operations.runs.resumePreview>;
type PreviewStep = Preview['steps'][number];

const ACTION_WORDS: Record<PreviewStep['action'], string> = {
  reuse: 'Taken over',
  repeat: 'Done again',
  'first-time': 'Done for the first time',
};

const COLUMNS: Column<PreviewStep>[] = [
  { header: 'Step', render: ({ name }) => name },
  {
    header: 'What becomes of it',
    render: ({ action }) =>
      action === 'repeat' ? (
        <strong>{ACTION_WORDS[action]}</strong>
      ) : (
        ACTION_WORDS[action]
      ),
  },
  {
    header: 'Effect',
    render: ({ action, sideEffect }) =>
      action === 'reuse' ? '–' : <EffectLabel effect={sideEffect} />,
  },
  {
    header: 'Expected cost',
    hideBelow: 'Sm',
    render: ({ expectedCostMicros }) =>
      expectedCostMicros === undefined ? (
        '–'
      ) : (
        <Money micros={expectedCostMicros} />
      ),
  },
  {
    header: 'Expected time',
    hideBelow: 'Sm',
    render: ({ expectedSeconds }) =>
      expectedSeconds === undefined ? '–' : duration(expectedSeconds),
  },
];

/** What resuming a run would do, step by step. */
export function ResumePreview({ preview }: { preview: Preview }) {
  const money = useMoney();
  const { steps, expectedCostMicros, version } = preview;
  const count = (action: PreviewStep['action']) =>
    steps.filter(step => step.action === action).length;
  return (
    <>
      <Typography variant="body2" gutterBottom>
        Version {version}: {plural(count('reuse'), 'step')} taken over,{' '}
        {plural(count('repeat'), 'step')} done again,{' '}
        {plural(count('first-time'), 'step')} done for the first time.
        {expectedCostMicros !== undefined &&
          ` Expected to cost ${money(expectedCostMicros)}, by the last runs.`}
      </Typography>
      <DataTable
        label="What resuming would do"
        columns={COLUMNS}
        rows={steps}
        rowKey={({ step }) => step}
      />
    </>
  );
}
