//

export * from '../models/Access.model';
export * from '../models/AccessChanged.model';
export * from '../models/AccessRolesInner.model';
export * from '../models/GetPermission200Response.model';
export * from '../models/GetPermission200ResponsePeopleInner.model';
export * from '../models/GivenPermission.model';
export * from '../models/GivenPermissionRolesInner.model';
export * from '../models/Ground.model';
export * from '../models/Handover.model';
export * from '../models/HandoverApprovals.model';
export * from '../models/HandoverApprovalsItemsInner.model';
export * from '../models/HandoverDatabases.model';
export * from '../models/HandoverDatabasesItemsInner.model';
export * from '../models/HandoverEntities.model';
export * from '../models/HandoverEntitiesItemsInner.model';
export * from '../models/HandoverRolesInner.model';
export * from '../models/HeldPermission.model';
export * from '../models/InlineObject.model';
export * from '../models/InlineObjectError.model';
export * from '../models/ListOrphans200Response.model';
export * from '../models/ListOrphans200ResponseItemsInner.model';
export * from '../models/ListPermissions200Response.model';
export * from '../models/ListRoles200Response.model';
export * from '../models/ListRoles200ResponseProblemsInner.model';
export * from '../models/Member.model';
export * from '../models/Role.model';
