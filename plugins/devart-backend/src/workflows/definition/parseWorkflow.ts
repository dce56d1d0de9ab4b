import {
  MAX_WORKFLOW_SOURCE_BYTES,
  workflowDocumentSchema,
  type WorkflowDocument,
  type WorkflowGraphStep,
  type WorkflowProblem,
} from '@devart/plugin-devart-common';
import { checkActions, type KnownNames } from './checks/checkActions';
import { checkExpressions } from './checks/checkExpressions';
import { checkGraph } from './checks/checkGraph';
import { checkParameters } from './checks/checkParameters';
import { Outline } from './checks/Outline';
import { Problems } from './checks/Problems';
import { graphOf } from './graphOf';
import { shapeProblems } from './source/describeIssues';
import { YamlSource } from './source/YamlSource';

/** A workflow that was read, or everything that is wrong with it. */
export interface ParsedWorkflow {
  /** By position; empty when nothing is wrong. */
  problems: WorkflowProblem[];
  /** Only when nothing is wrong. */
  document?: WorkflowDocument;
  graph?: WorkflowGraphStep[];
}

/**
 * Reads a workflow from its YAML and checks everything that can be told before
 * a run. Whatever the text is, the answer is a workflow or a list of problems;
 * nothing is thrown.
 */
export function parseWorkflow(
  source: string,
  known: KnownNames = {},
): ParsedWorkflow {
  if (Buffer.byteLength(source) > MAX_WORKFLOW_SOURCE_BYTES) {
    const message = `must not exceed ${MAX_WORKFLOW_SOURCE_BYTES} bytes`;
    return { problems: [{ line: 1, column: 1, path: '', message }] };
  }
  const yaml = YamlSource.parse(source);
  if (!yaml.source) {
    return { problems: yaml.problems };
  }
  const { value } = yaml.source;
  const problems = new Problems(yaml.source);
  for (const { path, ofKey, message } of shapeProblems(value)) {
    if (ofKey) {
      problems.atKey(path, message);
    } else {
      problems.atValue(path, message);
    }
  }
  const outline = Outline.of(value);
  if (outline) {
    checkGraph(outline, problems);
    checkParameters(outline, problems);
    checkActions(outline, known, problems);
    checkExpressions(outline, problems);
  }
  const found = problems.sorted();
  if (found.length > 0) {
    return { problems: found };
  }
  const document = workflowDocumentSchema.parse(value);
  return { problems: [], document, graph: graphOf(document) };
}
