import ButtonBase from '@material-ui/core/ButtonBase';
import { makeStyles } from '@material-ui/core/styles';
import { StepStatusLabel } from '../components';
import { STEP_TYPE_WORDS } from '../format';
import { inOrder } from './graphShape';
import { afterOf, type StepNode } from './StepNode';

const useStyles = makeStyles(theme => ({
  list: {
    margin: 0,
    paddingLeft: theme.spacing(3.5),
    ...theme.typography.body2,
  },
  item: {
    padding: theme.spacing(0.75, 0),
    borderTop: `1px solid ${theme.palette.divider}`,
    overflowWrap: 'anywhere',
  },
  head: {
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    gap: theme.spacing(0.5, 1.5),
  },
  name: {
    fontFamily: theme.typography.fontFamily,
    fontSize: 'inherit',
    fontWeight: 600,
    textAlign: 'left',
    textDecoration: 'underline',
    color: theme.palette.text.primary,
    '&:focus-visible': { outline: `2px solid ${theme.palette.primary.main}` },
  },
  selected: { color: theme.palette.primary.main },
  details: { color: theme.palette.text.secondary },
}));

/** Steps as a list, each behind those that it needs. */
export function StepList(props: {
  label: string;
  steps: readonly StepNode[];
  selectedId?: string;
  onSelect: (id: string) => void;
}) {
  const classes = useStyles();
  const { label, steps, selectedId, onSelect } = props;
  const names = new Map(steps.map(({ id, name }) => [id, name]));
  const ordered = inOrder(
    steps.map(step => ({ ...step, after: afterOf(step) })),
  );
  return (
    <ol className={classes.list} aria-label={label}>
      {ordered.map(step => (
        <li key={step.id} className={classes.item}>
          <div className={classes.head}>
            <ButtonBase
              disableRipple
              className={`${classes.name} ${
                step.id === selectedId ? classes.selected : ''
              }`}
              aria-pressed={step.id === selectedId}
              onClick={() => onSelect(step.id)}
            >
              {step.name}
            </ButtonBase>
            {step.status && <StepStatusLabel status={step.status} />}
            <span>{STEP_TYPE_WORDS[step.type]}</span>
          </div>
          <div className={classes.details}>
            {step.needs.length > 0 &&
              `After ${step.needs.map(id => names.get(id) ?? id).join(', ')}. `}
            {step.compensates &&
              `Takes back ${names.get(step.compensates) ?? step.compensates}. `}
            {step.details.join(' · ')}
          </div>
          {step.waiting && <div>Why it waits: {step.waiting}</div>}
        </li>
      ))}
    </ol>
  );
}
