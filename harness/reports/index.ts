export { junitXml } from "./junit.ts";
export {
  type AnnotationReport,
  type AttachmentReport,
  type CaseAttempt,
  type CaseReport,
  type CaseState,
  type FailureReport,
  isSuperseded,
  type RunError,
  type RunReport,
  type SuiteError,
  type SuiteReport,
} from "./run.ts";
export { removeReport, writeReport } from "./write-report.ts";
