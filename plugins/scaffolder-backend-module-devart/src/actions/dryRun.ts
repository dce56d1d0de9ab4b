/** The id of tasks and reviews that a dry run pretends to have made. */
export const DRY_RUN_ID = '00000000-0000-0000-0000-000000000000';
