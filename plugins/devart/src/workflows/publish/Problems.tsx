import Button from '@material-ui/core/Button';
import Typography from '@material-ui/core/Typography';
import { makeStyles } from '@material-ui/core/styles';
import type { WorkflowProblem } from '@devart/plugin-devart-common';
import { describeProblem } from '../../api';
import { plural } from '../../format';
import type { KnownValidation } from './useValidation';

const useStyles = makeStyles(theme => ({
  // As high with problems as without, so that nothing below moves while typing.
  root: { height: 120, overflow: 'auto' },
  list: {
    margin: 0,
    paddingLeft: theme.spacing(2.5),
    ...theme.typography.body2,
  },
  place: { padding: theme.spacing(0, 0.5), textTransform: 'none' },
}));

function stateOf(source: string, known: KnownValidation | undefined): string {
  if (source.trim() === '') {
    return 'Paste or write the YAML of a workflow.';
  }
  if (known?.source !== source) {
    return 'Checking…';
  }
  if (known.error !== undefined) {
    return `It could not be checked: ${describeProblem(known.error).message}`;
  }
  const { problems = [], name, version } = known.validation ?? {};
  return problems.length > 0
    ? `${plural(problems.length, 'problem')} to fix:`
    : `Nothing is wrong: ${name} ${version}.`;
}

/** What is wrong with a source, each with the place to go to. */
export function Problems(props: {
  id: string;
  source: string;
  known: KnownValidation | undefined;
  onGoTo: (problem: WorkflowProblem) => void;
}) {
  const classes = useStyles();
  const { id, source, known, onGoTo } = props;
  const problems = known?.validation?.problems ?? [];
  return (
    <div id={id} className={classes.root}>
      <Typography variant="body2" role="status" aria-label="Check">
        {stateOf(source, known)}
      </Typography>
      {problems.length > 0 && (
        <ul className={classes.list} aria-label="Problems">
          {problems.map(problem => (
            <li key={`${problem.line}:${problem.column}:${problem.message}`}>
              <Button
                size="small"
                color="primary"
                className={classes.place}
                onClick={() => onGoTo(problem)}
              >
                Line {problem.line}, column {problem.column}
              </Button>
              <code>{problem.path}</code> {problem.message}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
