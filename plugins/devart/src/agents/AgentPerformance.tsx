import type { OperationOutput, operations } from '@devart/plugin-devart-common';
import { useState } from 'react';
import { useDevartApi } from '../api';
import { OutcomeChart, type OutcomeRow } from '../charts';
import {
  ChoiceInput,
  EmptyState,
  Facts,
  Loaded,
  Panel,
  Rows,
} from '../components';
import { duration } from '../format';
import { useLive } from '../live';

const PERIODS = [
  { value: '7', label: '7 days' },
  { value: '30', label: '30 days' },
  { value: '90', label: '90 days' },
];

type Performance = OperationOutput<typeof operations.agents.performance>;

const DAY_MS = 86_400_000;

/** A row for every day of the period, also for those without attempts. */
function everyDay({ days, daily }: Performance): OutcomeRow[] {
  const byDay = new Map(daily.map(row => [row.day, row]));
  const today = Date.now();
  return Array.from({ length: days }, (_, index) => {
    const day = new Date(today - (days - 1 - index) * DAY_MS)
      .toISOString()
      .slice(0, 10);
    const { succeeded = 0, failed = 0, lost = 0 } = byDay.get(day) ?? {};
    return { label: day.slice(5), succeeded, failed, lost };
  });
}

const seconds = (value: number | undefined) =>
  value === undefined ? undefined : duration(value);

/** How an agent has done in the last days. */
export function AgentPerformance({ agentId }: { agentId: string }) {
  const api = useDevartApi();
  const [days, setDays] = useState('7');
  const live = useLive(
    {
      topics: ['agent'],
      id: agentId,
      minimumIntervalMs: 2000,
      load: signal =>
        api.agents.performance({ id: agentId, days: Number(days) }, { signal }),
    },
    [api, agentId, days],
  );
  return (
    <Panel
      title="How it does"
      actions={
        <div style={{ width: 130 }}>
          <ChoiceInput
            label="Period"
            value={days}
            choices={PERIODS}
            onChange={setDays}
          />
        </div>
      }
    >
      <Loaded live={live} skeleton={<Rows count={5} />}>
        {performance =>
          performance.succeeded + performance.failed + performance.lost ===
          0 ? (
            <EmptyState
              title="No attempts in these days"
              text="When the agent has worked on tasks, this shows how they ended and how long they took."
            />
          ) : (
            <>
              <Facts
                facts={{
                  'Succeeded of those that ended':
                    performance.successRate === undefined
                      ? undefined
                      : `${Math.round(performance.successRate * 100)} %`,
                  'Median time': seconds(performance.medianSeconds),
                  '95 % are faster than': seconds(performance.p95Seconds),
                }}
              />
              <OutcomeChart
                label={`Attempts of the last ${performance.days} days`}
                unit="Day"
                rows={everyDay(performance)}
              />
            </>
          )
        }
      </Loaded>
    </Panel>
  );
}
