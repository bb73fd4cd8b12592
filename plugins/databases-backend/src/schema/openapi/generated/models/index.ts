//

export * from '../models/CreatePersonalLogin201Response.model';
export * from '../models/CreatePersonalLoginRequest.model';
export * from '../models/Database.model';
export * from '../models/DatabaseConditionsInner.model';
export * from '../models/DatabaseLimits.model';
export * from '../models/DatabaseProvider.model';
export * from '../models/DatabaseRequest.model';
export * from '../models/DeleteDatabaseRequest.model';
export * from '../models/Endpoint.model';
export * from '../models/Event.model';
export * from '../models/InlineObject.model';
export * from '../models/InlineObject1.model';
export * from '../models/InlineObject2.model';
export * from '../models/InlineObjectError.model';
export * from '../models/ListCatalogEntities200Response.model';
export * from '../models/ListCatalogEntities200ResponseItemsInner.model';
export * from '../models/ListDatabases200Response.model';
export * from '../models/ListEvents200Response.model';
export * from '../models/ListPersonalLogins200Response.model';
export * from '../models/Money.model';
export * from '../models/Operation.model';
export * from '../models/PersonalLogin.model';
