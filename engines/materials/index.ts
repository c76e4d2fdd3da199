/** What an applicant must bring, and what the city can get by itself. */
export type { BundledMatter, BundleResult, FormElement, UnitedElement, UnitedMaterial } from './bundle.ts'
export { uniteMatters } from './bundle.ts'
export type { AvoidableRequest, PaperRequest } from './requests.ts'
export { avoidableRequests } from './requests.ts'
export type { Answer, By, Evidence, Material, MaterialState, Reason, Resolution, SourceQuestion, Way, WhenDown } from './resolve.ts'
export { evidenceKey, questionsFor, resolveMaterials, wayOrder } from './resolve.ts'
export type { Answers, Condition, SituationMaterial, SituationProblem, SituationQuestion, SituationResult, Situations } from './situations.ts'
export { readSituations, situationProblems } from './situations.ts'
