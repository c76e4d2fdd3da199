/** The public surface of the kernel: all that a system needs to define itself. National codes stand apart, in `codes/index.ts`. */

// A system, and the rules that change by date
export { defineSystem, type System } from './system.ts'
export { defineRule, ruleInForce, type Rule, type RuleEdition } from './rule.ts'

// Texts in both languages
export { text, type Language, type Text } from './text.ts'

// Fields and their values
export {
  choiceField, choicesField, codeField, consentField, dateField, decimalField, fenField, fileField, formField, instantField, integerField, jsonField,
  listField, organField, placeField, recordField, regionField, subjectField, textField, yesNoField,
  type CodeName, type DateFieldName, type Fen, type Field, type FieldKind, type FieldName, type FieldOptions, type Fields, type Instant, type Level, type LocalDate, type Place, type Values,
} from './field.ts'
export { checkValue, checkValues, isDate, type CheckedValues, type ValueRules } from './values.ts'
export { CODE_NAMES, parseCode, type CodeAnswer } from './code-names.ts'
export { schemaOf, schemaOfField, type JsonSchema, type SchemaOptions } from './schema.ts'

// Who acts
export { type Party, type Post, type PostSeat, type SubjectClass, type Who } from './who.ts'

// Cases
export {
  defineCase, refTo,
  type AnyCaseType, type CaseType, type Child, type Maybe, type Move, type Opening, type Sight, type State, type SystemTrigger, type Track, type Within,
} from './case.ts'
export { applicationFields, serviceCase, type ApplicationFields, type ResolvedMaterial, type ServiceCaseParts } from './presets/service-case.ts'

// Matters: case types the public applies for, authored as data
export {
  defineMatter,
  type Basis, type InstantRule, type Limit, type Material, type Matter, type MatterResult, type Predicate, type Prefill, type Question, type Way,
} from './matter.ts'

// Data: resources, series and what is read of them
export { defineResource, refToResource, type AnyResource, type Fold, type Openness, type Resource, type Sharing } from './resource.ts'
export { defineSeries, refToSeries, type Series, type SeriesBreak } from './series.ts'
export { type CaseRecord, type ColumnOf, type DataRef, type RowOf, type SeriesPoint } from './rows.ts'

// What computes, watches and listens
export { defineAction, type Action, type AnyAction } from './action.ts'
export { defineJob, type AnyJob, type Job, type JobCtx, type JobRow } from './job.ts'
export { defineSignal, type AlertColour, type AnySignal, type Signal } from './signal.ts'
export { defineIndicator, type AnyIndicator, type Indicator } from './indicator.ts'
export { defineListener, type Listener, type ListenerInput, type ListenerOutput } from './listener.ts'

// Credentials and documents
export { defineCredential, refToCredential, type AnyCredential, type Credential } from './credential.ts'
export { defineDocument, type Document } from './document.ts'

// References to what other systems define
export { caseRef, credentialRef, resourceRef, seriesRef, type CaseRef, type CredentialRef, type ResourceRef, type SeriesRef } from './reference.ts'

// Effects: the only way anything is written
export { issue, move, notify, observe, open, pay, put, retract, revoke, send, set, wake, type Effect, type NewValues } from './effect.ts'

// The world as a system sees it
export { type Actor, type Answer, type CaseHeader, type ChildHeader, type Ctx, type MoveCtx, type Need, type PartyHeader } from './context.ts'

// Errors, and what load-time validation says
export { catalogue, type CatalogueEntry, type ErrorCode } from './errors/catalogue.ts'
export { isProblem, Problem, type Fault, type ProblemOptions } from './errors/problem.ts'
export { validateCity } from './validate/city.ts'
