import Button from '@material-ui/core/Button';
import IconButton from '@material-ui/core/IconButton';
import Typography from '@material-ui/core/Typography';
import { makeStyles } from '@material-ui/core/styles';
import RemoveIcon from '@material-ui/icons/DeleteOutline';
import { AmountInput, TextInput } from '../components';
import type { ModelPriceForm } from './serviceFormModel';

const useStyles = makeStyles(theme => ({
  fieldset: {
    border: 0,
    margin: 0,
    padding: 0,
    minWidth: 0,
    display: 'grid',
    gap: theme.spacing(1.5),
  },
  row: {
    display: 'grid',
    gap: theme.spacing(1),
    gridTemplateColumns: '2fr 1fr 1fr 1fr auto',
    alignItems: 'start',
    [theme.breakpoints.down('sm')]: { gridTemplateColumns: '1fr' },
  },
}));

const NONE: ModelPriceForm = { model: '', input: '', output: '', cached: '' };

/** What a million tokens of each model cost. */
export function ModelPricesInput(props: {
  value: ModelPriceForm[];
  problem?: string;
  onChange: (models: ModelPriceForm[]) => void;
}) {
  const classes = useStyles();
  const { value, problem, onChange } = props;
  const change = (index: number, part: Partial<ModelPriceForm>) =>
    onChange(
      value.map((each, at) => (at === index ? { ...each, ...part } : each)),
    );
  return (
    <fieldset className={classes.fieldset}>
      <Typography component="legend" variant="body2">
        Prices of a million tokens, by model
      </Typography>
      {value.map(({ model, input, output, cached }, index) => (
        <div key={index} className={classes.row}>
          <TextInput
            label="Model"
            value={model}
            maxLength={200}
            onChange={event => change(index, { model: event.target.value })}
          />
          <AmountInput
            label="Input"
            value={input}
            onChange={typed => change(index, { input: typed })}
          />
          <AmountInput
            label="Output"
            value={output}
            onChange={typed => change(index, { output: typed })}
          />
          <AmountInput
            label="Cached input"
            value={cached}
            onChange={typed => change(index, { cached: typed })}
          />
          <IconButton
            size="small"
            aria-label={`Remove ${model || 'this model'}`}
            onClick={() => onChange(value.filter((_each, at) => at !== index))}
          >
            <RemoveIcon fontSize="small" />
          </IconButton>
        </div>
      ))}
      {problem && (
        <Typography variant="body2" role="alert">
          <strong>{problem}</strong>
        </Typography>
      )}
      <div>
        <Button size="small" onClick={() => onChange([...value, NONE])}>
          Add a model
        </Button>
      </div>
    </fieldset>
  );
}
