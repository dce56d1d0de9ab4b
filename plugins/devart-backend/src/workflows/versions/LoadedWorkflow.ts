import type { WorkflowProgram } from '../definition/WorkflowProgram';

/** A workflow and the program of one of its versions. */
export interface LoadedWorkflow {
  id: string;
  organizationId: string;
  name: string;
  title: string;
  version: string;
  publishedBy: string;
  publishedRole: 'viewer' | 'supervisor' | 'admin';
  program: WorkflowProgram;
}
