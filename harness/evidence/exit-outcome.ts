/** What a guest's exit status means: each project has its own convention. Pure. */

/** The guest's own verdict over what it tested. */
export const exitOutcomeNames = ["pass", "fail", "skip"] as const;

export type ExitOutcome = (typeof exitOutcomeNames)[number];
