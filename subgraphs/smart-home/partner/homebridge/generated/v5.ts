/** Generated from `openapi/v5.yaml` by `npm run generate`. Do not edit. */
export interface paths {
    "/accessories": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All services of all accessories, those of the bridge itself among them; empty while the bridge is down. */
        get: operations["listServices"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/accessories/{uniqueId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Sets one characteristic and answers with the service as it is then, whether that was possible or not; answers 400 for a service or characteristic that it doesn't have, and for some values out of range. */
        put: operations["setCharacteristic"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/login": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Gives a token for a name and a password; answers 403 for a wrong one. */
        post: operations["logIn"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @enum {unknown} */
        Flag: true | false | 0 | 1 | null;
        Service: {
            accessoryInformation: {
                "Serial Number"?: string;
            };
            serviceName: string;
            /** @description Such as `Lightbulb`. */
            type: string;
            /** @description Changes when the bridge is set up anew. */
            uniqueId: string;
            /** @description Values of its characteristics by their type, as HAP numbers them; of an accessory that doesn't answer, not all are there. More types than these come. */
            values: {
                Active?: components["schemas"]["Flag"];
                /** @description Percent. */
                BatteryLevel?: number | null;
                /** @description Percent. */
                Brightness?: number | null;
                /** @description Degrees Celsius. */
                CurrentTemperature?: number | null;
                InUse?: components["schemas"]["Flag"];
                LeakDetected?: components["schemas"]["Flag"];
                /** @description 0 unsecured, 1 secured, 2 jammed, 3 unknown. */
                LockCurrentState?: number | null;
                /** @description 0 unsecured, 1 secured. */
                LockTargetState?: number | null;
                On?: components["schemas"]["Flag"];
                /** @description Degrees Celsius. */
                TargetTemperature?: number | null;
            };
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    listServices: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The services. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Service"][];
                };
            };
        };
    };
    setCharacteristic: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                uniqueId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    characteristicType: string;
                    value: boolean | number | string;
                };
            };
        };
        responses: {
            /** @description The service. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Service"];
                };
            };
        };
    };
    logIn: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    password: string;
                    username: string;
                };
            };
        };
        responses: {
            /** @description A token. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        access_token: string;
                        expires_in: number;
                        token_type: string;
                    };
                };
            };
        };
    };
}
