import { makeStyles } from '@material-ui/core/styles';
import { useState } from 'react';
import { useDevartApi } from '../../api';
import { ChoiceInput, Loaded, Rows } from '../../components';
import { useLive } from '../../live';
import { DiffView } from './DiffView';

const useStyles = makeStyles(theme => ({
  choices: {
    display: 'grid',
    gap: theme.spacing(1.5),
    gridTemplateColumns: 'repeat(2, minmax(0, 200px))',
    margin: theme.spacing(2, 0),
  },
}));

/** Two versions of a workflow beside each other; the newest and the one before to begin with. */
export function CompareVersions(props: {
  workflowId: string;
  /** Newest first; at least two. */
  versions: readonly string[];
}) {
  const classes = useStyles();
  const api = useDevartApi();
  const { workflowId, versions } = props;
  const [chosen, setChosen] = useState<{ from?: string; to?: string }>({});
  const from = chosen.from ?? versions[1];
  const to = chosen.to ?? versions[0];
  const choices = versions.map(value => ({ value, label: value }));
  const diff = useLive(
    {
      // Published versions never change.
      topics: [],
      load: signal =>
        api.workflows.diff({ id: workflowId, from, to }, { signal }),
    },
    [api, workflowId, from, to],
  );
  return (
    <>
      <div className={classes.choices}>
        <ChoiceInput
          label="Compare"
          value={from}
          choices={choices}
          onChange={value => setChosen({ ...chosen, from: value })}
        />
        <ChoiceInput
          label="With"
          value={to}
          choices={choices}
          onChange={value => setChosen({ ...chosen, to: value })}
        />
      </div>
      <Loaded live={diff} skeleton={<Rows count={4} height={32} />}>
        {value => <DiffView diff={value} />}
      </Loaded>
    </>
  );
}
