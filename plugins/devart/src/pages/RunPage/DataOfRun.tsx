import type { Run } from '@devart/plugin-devart-common';
import { JsonView, Panel } from '../../components';

/** What a run was given and what came of it. */
export function DataOfRun({ run }: { run: Run }) {
  const parts = [
    { title: 'Outputs', value: run.outputs },
    { title: 'Parameters', value: run.parameters },
    { title: 'Data of the trigger', value: run.triggerData },
  ];
  return (
    <>
      {parts
        .filter(({ value }) => value && Object.keys(value).length > 0)
        .map(({ title, value }) => (
          <Panel key={title} title={title}>
            <JsonView label={`${title} as JSON`} value={value} />
          </Panel>
        ))}
    </>
  );
}
