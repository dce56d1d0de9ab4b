import Button from '@material-ui/core/Button';
import { Panel } from '../../components';
import type { StepGroup } from '../../runs';
import { MatrixItems } from './MatrixItems';
import { StepFacts } from './StepFacts';

/** The step that was chosen; of a matrix, its combinations or the one that was opened. */
export function StepPanel(props: {
  group: StepGroup;
  /** Index of the combination, as the address has it. */
  chosenItem: string | undefined;
  onChooseItem: (item: string | undefined) => void;
}) {
  const { group, chosenItem, onChooseItem } = props;
  const item = group.isMatrix
    ? group.items.find(({ matrix }) => String(matrix?.index) === chosenItem)
    : group.items[0];
  if (!item) {
    return (
      <Panel title={group.name}>
        <MatrixItems
          group={group}
          onOpen={index => onChooseItem(String(index))}
        />
      </Panel>
    );
  }
  return (
    <Panel
      title={
        item.matrix
          ? `${group.name}, number ${item.matrix.index + 1}`
          : group.name
      }
      actions={
        item.matrix && (
          <Button
            size="small"
            variant="outlined"
            onClick={() => onChooseItem(undefined)}
          >
            All {group.items.length}
          </Button>
        )
      }
    >
      <StepFacts step={item} />
    </Panel>
  );
}
