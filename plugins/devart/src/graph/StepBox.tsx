import ButtonBase from '@material-ui/core/ButtonBase';
import { makeStyles } from '@material-ui/core/styles';
import { Hidden, StepStatusLabel } from '../components';
import { STEP_TYPE_WORDS } from '../format';
import type { StepNode } from './StepNode';

const useStyles = makeStyles(theme => ({
  root: {
    width: '100%',
    height: '100%',
    display: 'flex',
    flexDirection: 'column',
    alignItems: 'stretch',
    justifyContent: 'flex-start',
    overflow: 'hidden',
    textAlign: 'left',
    padding: theme.spacing(0.75, 1),
    ...theme.typography.body2,
    color: theme.palette.text.primary,
    backgroundColor: theme.palette.background.paper,
    border: `1px solid ${theme.palette.text.secondary}`,
    borderRadius: theme.shape.borderRadius,
    '&:hover': { borderColor: theme.palette.primary.main },
    '&:focus-visible': {
      outline: `2px solid ${theme.palette.primary.main}`,
      outlineOffset: 1,
    },
  },
  selected: {
    boxShadow: `0 0 0 2px ${theme.palette.primary.main}`,
    borderColor: theme.palette.primary.main,
  },
  compensation: { borderStyle: 'dashed' },
  line: {
    whiteSpace: 'nowrap',
    overflow: 'hidden',
    textOverflow: 'ellipsis',
  },
  name: { fontWeight: 600 },
  details: {
    fontSize: theme.typography.pxToRem(12),
    color: theme.palette.text.secondary,
  },
}));

/** A step as a box that can be chosen. */
export function StepBox(props: {
  step: StepNode;
  isSelected: boolean;
  onSelect: (id: string) => void;
}) {
  const classes = useStyles();
  const { step, isSelected, onSelect } = props;
  const { id, name, type, status, details, waiting, compensates } = step;
  const last = waiting ?? details.join(' · ');
  return (
    <ButtonBase
      // The canvas drags what is not marked so.
      className={`nopan ${classes.root} ${isSelected ? classes.selected : ''} ${
        compensates ? classes.compensation : ''
      }`}
      disableRipple
      aria-pressed={isSelected}
      title={`${name}: ${last}`}
      onClick={() => onSelect(id)}
    >
      <span className={`${classes.line} ${classes.name}`}>
        {name}
        <Hidden>, </Hidden>
      </span>
      <span className={classes.line}>
        {status ? <StepStatusLabel status={status} /> : STEP_TYPE_WORDS[type]}
        <Hidden>, </Hidden>
      </span>
      <span className={`${classes.line} ${classes.details}`}>{last}</span>
    </ButtonBase>
  );
}
