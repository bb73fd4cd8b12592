//

export * from '../models/AuditEntry.model';
export * from '../models/AuditEvent.model';
export * from '../models/AuditEventActor.model';
export * from '../models/AuditEventError.model';
export * from '../models/AuditEventRequest.model';
export * from '../models/AuditState.model';
export * from '../models/AuditStateDiffers.model';
export * from '../models/AuditStateHead.model';
export * from '../models/AuditStateOldest.model';
export * from '../models/AuditStatePublished.model';
export * from '../models/InlineObject.model';
export * from '../models/InlineObjectError.model';
export * from '../models/ListEvents200Response.model';
export * from '../models/UnreadableAuditEvent.model';
