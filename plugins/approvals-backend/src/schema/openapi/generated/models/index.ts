//

export * from '../models/Acknowledgement.model';
export * from '../models/AnswerLink.model';
export * from '../models/Approval.model';
export * from '../models/ApprovalDetails.model';
export * from '../models/ApprovalDetailsMe.model';
export * from '../models/ApprovalsPage.model';
export * from '../models/CastVote.model';
export * from '../models/Deputy.model';
export * from '../models/DeputyRequest.model';
export * from '../models/Event.model';
export * from '../models/Fact.model';
export * from '../models/InlineObject.model';
export * from '../models/InlineObjectError.model';
export * from '../models/ListApprovalEvents200Response.model';
export * from '../models/ListDeputies200Response.model';
export * from '../models/OpenLink.model';
export * from '../models/Outcome.model';
export * from '../models/OutcomesPage.model';
export * from '../models/Request.model';
export * from '../models/RulePart.model';
export * from '../models/Status.model';
export * from '../models/Subject.model';
export * from '../models/UseLink.model';
export * from '../models/VoteRequest.model';
export * from '../models/WithdrawRequest.model';
export * from '../models/Withdrawal.model';
