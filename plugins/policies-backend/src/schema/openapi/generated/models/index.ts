//

export * from '../models/Answer.model';
export * from '../models/Compliance.model';
export * from '../models/ComplianceByOwnerInner.model';
export * from '../models/ComplianceByPolicyInner.model';
export * from '../models/ComplianceDaysInner.model';
export * from '../models/Counts.model';
export * from '../models/Ending.model';
export * from '../models/Finding.model';
export * from '../models/InlineObject.model';
export * from '../models/InlineObjectError.model';
export * from '../models/ListPolicies200Response.model';
export * from '../models/Policy.model';
export * from '../models/PolicyDetails.model';
export * from '../models/Problem.model';
export * from '../models/Request.model';
export * from '../models/State.model';
export * from '../models/Sweep.model';
export * from '../models/Violation.model';
export * from '../models/ViolationsPage.model';
export * from '../models/WaivedBy.model';
export * from '../models/Waiver.model';
export * from '../models/WaiverDetails.model';
export * from '../models/WaiverDetailsMe.model';
export * from '../models/WaiverRequest.model';
export * from '../models/WaiverScope.model';
export * from '../models/WaiversPage.model';
