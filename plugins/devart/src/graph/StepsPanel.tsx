import Skeleton from '@material-ui/lab/Skeleton';
import { lazy, Suspense, type ReactNode } from 'react';
import {
  Panel,
  useIsNarrow,
  useRememberedChoice,
  ViewToggle,
} from '../components';
import { heightOf, isWide, type ShapeNode } from './graphShape';
import { StepList } from './StepList';
import { afterOf, type StepNode } from './StepNode';
import { stepShape } from './stepShape';

// The layout engine is large; pages without a graph do without it.
const StepGraph = lazy(() => import('./StepGraph'));

type View = 'graph' | 'list' | 'timeline';

const GRAPH_AND_LIST = [
  { value: 'graph', label: 'Graph' },
  { value: 'list', label: 'List' },
] as const;
const ALL_VIEWS = [
  ...GRAPH_AND_LIST,
  { value: 'timeline', label: 'Timeline' },
] as const;

/** A graph, unless so much stands side by side that a list says more. */
function defaultView(nodes: readonly ShapeNode[]): View {
  return isWide(nodes) ? 'list' : 'graph';
}

/** The steps of a workflow or a run: as a graph, as a list, and if there is one as a timeline. */
export function StepsPanel(props: {
  title: string;
  steps: readonly StepNode[];
  selectedId?: string;
  onSelect: (id: string) => void;
  timeline?: ReactNode;
  children?: ReactNode;
}) {
  const isNarrow = useIsNarrow();
  const { title, steps, selectedId, onSelect, timeline, children } = props;
  const [chosen, choose] = useRememberedChoice<View>('steps', [
    'graph',
    'list',
    'timeline',
  ]);
  const nodes = steps.map(step => ({ id: step.id, after: afterOf(step) }));
  const view =
    chosen === undefined || (chosen === 'timeline' && !timeline)
      ? defaultView(nodes)
      : chosen;
  const shared = { label: title, steps, selectedId, onSelect };

  return (
    <Panel
      title={title}
      actions={
        <ViewToggle<View>
          label={`View of ${title.toLowerCase()}`}
          value={view}
          views={timeline ? ALL_VIEWS : GRAPH_AND_LIST}
          onChange={choose}
        />
      }
    >
      {view === 'graph' && (
        <Suspense
          fallback={
            <Skeleton
              variant="rect"
              height={heightOf({ ...stepShape(isNarrow), nodes })}
            />
          }
        >
          <StepGraph {...shared} />
        </Suspense>
      )}
      {view === 'list' && <StepList {...shared} />}
      {view === 'timeline' && timeline}
      {children}
    </Panel>
  );
}
