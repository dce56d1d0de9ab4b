import { entityRefSchema, type Run } from '@devart/plugin-devart-common';
import { lazy, Suspense, useRef, useState } from 'react';
import {
  inputIssues,
  useDevartApi,
  useRequestKey,
  type InputIssue,
} from '../api';
import { ChoiceInput, EntityInput, Loaded, Rows } from '../components';
import { useLive } from '../live';
import type { ParametersFormHandle } from './ParametersForm';

// Forms made of schemas bring a validator along that is large.
const ParametersForm = lazy(() => import('./ParametersForm'));

const PREFIX = 'parameters';
const NO_ISSUES: readonly InputIssue[] = [];

/** Issues of the parameters, with paths relative to them; undefined when something else is wrong too. */
function issuesOfParameters(error: unknown): InputIssue[] | undefined {
  const issues = inputIssues(error);
  return issues.length > 0 &&
    issues.every(({ field }) => field.split('.')[0] === PREFIX)
    ? issues.map(({ field, problem }) => ({
        field: field.slice(PREFIX.length + 1),
        problem,
      }))
    : undefined;
}

/** What the form for a run holds while somebody fills it in, and what starts the run. */
export function useRunForm(initial: { entityRef?: string; version?: string }) {
  const api = useDevartApi();
  const parameters = useRef<ParametersFormHandle>(null);
  const [values, setValues] = useState({
    entityRef: initial.entityRef ?? '',
    version: initial.version ?? '',
  });
  const [issues, setIssues] = useState(NO_ISSUES);
  const once = useRequestKey();

  /** Starts the run; undefined when fields are wrong, which is then shown beside them. */
  const start = async (workflowId: string): Promise<Run | undefined> => {
    if (!parameters.current) {
      throw new Error('The parameters are not loaded yet; try again.');
    }
    const given = parameters.current.read();
    if (!given) {
      return undefined;
    }
    try {
      return await once(idempotencyKey =>
        api.workflows.trigger({
          id: workflowId,
          parameters: given,
          version: values.version || undefined,
          entityRef: values.entityRef || undefined,
          idempotencyKey,
        }),
      );
    } catch (error) {
      const found = issuesOfParameters(error);
      if (!found) {
        throw error;
      }
      setIssues(found);
      return undefined;
    }
  };

  return {
    parameters,
    values,
    issues,
    start,
    change: (change: Partial<typeof values>) => {
      setValues(before => ({ ...before, ...change }));
      setIssues(NO_ISSUES);
    },
    reset: () => {
      setValues(before => ({ ...before, version: '' }));
      setIssues(NO_ISSUES);
    },
  };
}

/** The fields for a run of one workflow. */
export function RunWorkflowForm(props: {
  workflowId: string;
  form: ReturnType<typeof useRunForm>;
  isTried: boolean;
}) {
  const api = useDevartApi();
  const { workflowId, form, isTried } = props;
  const { version, entityRef } = form.values;
  const versions = useLive(
    {
      topics: ['workflow'],
      id: workflowId,
      load: async signal =>
        (
          await api.workflows.versions(
            { id: workflowId, limit: 50 },
            { signal },
          )
        ).items,
    },
    [api, workflowId],
  );
  const newest = versions.value?.at(0)?.version;
  const wanted = version || newest;
  const definition = useLive(
    {
      topics: [],
      load: async signal =>
        wanted === undefined
          ? undefined
          : api.workflows.version(
              { id: workflowId, version: wanted },
              { signal },
            ),
    },
    [api, workflowId, wanted],
  );

  return (
    <Loaded live={versions} skeleton={<Rows count={4} />}>
      {items => (
        <div style={{ display: 'grid', gap: 16 }}>
          <ChoiceInput
            label="Version"
            value={version}
            choices={[
              { value: '', label: `Newest (${newest ?? 'none'})` },
              ...items.map(each => ({
                value: each.version,
                label: each.version,
              })),
            ]}
            onChange={chosen => form.change({ version: chosen })}
          />
          <EntityInput
            label="About (optional)"
            kinds={['Component', 'API', 'System', 'Resource']}
            value={entityRef}
            problem={
              isTried &&
              entityRef &&
              !entityRefSchema.safeParse(entityRef).success
                ? 'This must be a reference such as component:default/shop.'
                : undefined
            }
            helperText="What in the catalog the run is about."
            onChange={ref => form.change({ entityRef: ref })}
          />
          <Loaded live={definition} skeleton={<Rows count={3} />}>
            {found =>
              found && (
                <Suspense fallback={<Rows count={3} />}>
                  <ParametersForm
                    key={found.version}
                    schema={found.parameters}
                    issues={form.issues}
                    handle={form.parameters}
                  />
                </Suspense>
              )
            }
          </Loaded>
        </div>
      )}
    </Loaded>
  );
}
