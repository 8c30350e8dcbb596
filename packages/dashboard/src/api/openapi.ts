// Made from the OpenAPI document: `npx vitest run -u --project dashboard openapi-document` writes it anew.
export interface paths {
    "/api/v1/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether the database answers */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description As asked for */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Health"];
                    };
                };
                /** @description A problem (RFC 9457) */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who asks, and what they may do */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description As asked for */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Me"];
                    };
                };
                /** @description A problem (RFC 9457) */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/overview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Every table in a few figures */
        get: {
            parameters: {
                query?: {
                    /** @description estimated: as the catalog knew last, several times faster where there are thousands of partitions */
                    sizes?: "measured" | "estimated";
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description As asked for */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Overview"];
                    };
                };
                /** @description A problem (RFC 9457) */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The figures of the overview, in the text format of Prometheus */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description As asked for */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "text/plain": string;
                    };
                };
                /** @description A problem (RFC 9457) */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tables/{model}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One table: its windows as a ribbon, its growth, its DEFAULT partitions */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description Prisma's name of the table */
                    model: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description As asked for */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["TableDetail"];
                    };
                };
                /** @description A problem (RFC 9457) */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tables/{model}/partitions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The partitions of a table that hold rows, and retired ones in their grace period */
        get: {
            parameters: {
                query?: {
                    /** @description So many items at most */
                    limit?: number;
                    /** @description `next` of the page before */
                    cursor?: string;
                    sort?: "bound" | "bytes" | "rows" | "scans";
                    order?: "asc" | "desc";
                    /** @description retiring: attached, past its retention; detached: retired, in its grace period; history, current, ahead: by time; missing: wanted, and not there; other: by no window */
                    state?: components["schemas"]["PartitionState"];
                    /** @description Only those of this tenant */
                    tenant?: string;
                    /** @description Only those whose name, tenant or bound has this text in it */
                    search?: string;
                };
                header?: never;
                path: {
                    /** @description Prisma's name of the table */
                    model: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description As asked for */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            items: components["schemas"]["Partition"][];
                            /** @description Cursor of the page after this one; null: there is none */
                            next: string | null;
                            /** @description How many there are in all; null where that is not counted */
                            total: number | null;
                        };
                    };
                };
                /** @description A problem (RFC 9457) */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The tenants there are, and those that were removed */
        get: {
            parameters: {
                query?: {
                    /** @description So many items at most */
                    limit?: number;
                    /** @description `next` of the page before */
                    cursor?: string;
                    /** @description Only those of this set */
                    set?: string;
                    sort?: "key" | "bytes" | "rows";
                    order?: "asc" | "desc";
                    /** @description Only those whose key has this text in it */
                    search?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description As asked for */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            items: components["schemas"]["Tenant"][];
                            /** @description Cursor of the page after this one; null: there is none */
                            next: string | null;
                            /** @description How many there are in all; null where that is not counted */
                            total: number | null;
                        };
                    };
                };
                /** @description A problem (RFC 9457) */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        /** Register a tenant, and make its partitions; one that has them already stays as it is */
        post: {
            parameters: {
                query?: never;
                header?: {
                    /** @description Has to be sent, as a page of another site cannot send it; the client does so by itself */
                    "x-partman-request"?: "1";
                    /** @description The same key with the same request has the same answer for 24 hours, and does nothing again */
                    "idempotency-key"?: string;
                };
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["NewTenant"];
                };
            };
            responses: {
                /** @description As asked for */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Tenant"];
                    };
                };
                /** @description A problem (RFC 9457) */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/removal": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What would become of a tenant that is removed now: what goes, how large it is, and until when it can be taken back */
        get: {
            parameters: {
                query: {
                    set: string;
                    key: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description As asked for */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ForeseenRemoval"];
                    };
                };
                /** @description A problem (RFC 9457) */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/remove": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Remove a tenant: the next runs detach its partitions, and drop them after their grace period */
        post: {
            parameters: {
                query?: never;
                header?: {
                    /** @description Has to be sent, as a page of another site cannot send it; the client does so by itself */
                    "x-partman-request"?: "1";
                    /** @description The same key with the same request has the same answer for 24 hours, and does nothing again */
                    "idempotency-key"?: string;
                };
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["TenantToRemove"];
                };
            };
            responses: {
                /** @description As asked for */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Tenant"];
                    };
                };
                /** @description A problem (RFC 9457) */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Take a tenant back that was removed: attach its detached partitions, and make what is missing */
        post: {
            parameters: {
                query?: never;
                header?: {
                    /** @description Has to be sent, as a page of another site cannot send it; the client does so by itself */
                    "x-partman-request"?: "1";
                    /** @description The same key with the same request has the same answer for 24 hours, and does nothing again */
                    "idempotency-key"?: string;
                };
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["TenantToRemove"];
                };
            };
            responses: {
                /** @description As asked for */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["RestoredTenant"];
                    };
                };
                /** @description A problem (RFC 9457) */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/plan": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What maintenance would do now, and why */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description As asked for */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Plan"];
                    };
                };
                /** @description Still the same, by `If-None-Match` */
                304: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description A problem (RFC 9457) */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/plan/apply": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Do what a plan says, if it would be the same plan now
         * @description An operator may apply what destroys nothing; what destroys data needs an admin, and `confirm`.
         */
        post: {
            parameters: {
                query?: never;
                header?: {
                    /** @description Has to be sent, as a page of another site cannot send it; the client does so by itself */
                    "x-partman-request"?: "1";
                    /** @description The same key with the same request has the same answer for 24 hours, and does nothing again */
                    "idempotency-key"?: string;
                };
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["ApplyPlan"];
                };
            };
            responses: {
                /** @description As asked for */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Applied"];
                    };
                };
                /** @description A problem (RFC 9457) */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/findings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What somebody should know, looked for now */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description As asked for */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Findings"];
                    };
                };
                /** @description A problem (RFC 9457) */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/runs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Runs of the maintainer that did something, failed or were cut off, the last one first */
        get: {
            parameters: {
                query?: {
                    /** @description So many items at most */
                    limit?: number;
                    /** @description `next` of the page before */
                    cursor?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description As asked for */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            items: components["schemas"]["Run"][];
                            /** @description Cursor of the page after this one; null: there is none */
                            next: string | null;
                            /** @description How many there are in all; null where that is not counted */
                            total: number | null;
                        };
                    };
                };
                /** @description A problem (RFC 9457) */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/runs/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One run, with its steps */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description As asked for */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["RunDetail"];
                    };
                };
                /** @description A problem (RFC 9457) */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/holds": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The holds, the last one first */
        get: {
            parameters: {
                query?: {
                    /** @description So many items at most */
                    limit?: number;
                    /** @description `next` of the page before */
                    cursor?: string;
                    /** @description Those that are over or released, too */
                    all?: boolean;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description As asked for */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            items: components["schemas"]["Hold"][];
                            /** @description Cursor of the page after this one; null: there is none */
                            next: string | null;
                            /** @description How many there are in all; null where that is not counted */
                            total: number | null;
                        };
                    };
                };
                /** @description A problem (RFC 9457) */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        /** Hold rows, so that nothing retires or drops them */
        post: {
            parameters: {
                query?: never;
                header?: {
                    /** @description Has to be sent, as a page of another site cannot send it; the client does so by itself */
                    "x-partman-request"?: "1";
                    /** @description The same key with the same request has the same answer for 24 hours, and does nothing again */
                    "idempotency-key"?: string;
                };
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["NewHold"];
                };
            };
            responses: {
                /** @description As asked for */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Hold"];
                    };
                };
                /** @description A problem (RFC 9457) */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/holds/{id}/release": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Release a hold */
        post: {
            parameters: {
                query?: never;
                header?: {
                    /** @description Has to be sent, as a page of another site cannot send it; the client does so by itself */
                    "x-partman-request"?: "1";
                    /** @description The same key with the same request has the same answer for 24 hours, and does nothing again */
                    "idempotency-key"?: string;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["Reason"];
                };
            };
            responses: {
                /** @description As asked for */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Hold"];
                    };
                };
                /** @description A problem (RFC 9457) */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/approvals": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The retention of each table that has one: declared, and in force */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description As asked for */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Approvals"];
                    };
                };
                /** @description A problem (RFC 9457) */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        /** Put the retention of a table in force, as it is declared */
        post: {
            parameters: {
                query?: never;
                header?: {
                    /** @description Has to be sent, as a page of another site cannot send it; the client does so by itself */
                    "x-partman-request"?: "1";
                    /** @description The same key with the same request has the same answer for 24 hours, and does nothing again */
                    "idempotency-key"?: string;
                };
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["NewApproval"];
                };
            };
            responses: {
                /** @description As asked for */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Approval"];
                    };
                };
                /** @description A problem (RFC 9457) */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who did what, when and why, the last one first */
        get: {
            parameters: {
                query?: {
                    /** @description So many items at most */
                    limit?: number;
                    /** @description `next` of the page before */
                    cursor?: string;
                    act?: string;
                    model?: string;
                    actor?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description As asked for */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            items: components["schemas"]["AuditEntry"][];
                            /** @description Cursor of the page after this one; null: there is none */
                            next: string | null;
                            /** @description How many there are in all; null where that is not counted */
                            total: number | null;
                        };
                    };
                };
                /** @description A problem (RFC 9457) */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/alerts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What was alerted of, and who was told: what is active first, then what is resolved, the last one first */
        get: {
            parameters: {
                query?: {
                    /** @description So many items at most */
                    limit?: number;
                    /** @description `next` of the page before */
                    cursor?: string;
                    /** @description Only those */
                    state?: "active" | "resolved";
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description As asked for */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            items: components["schemas"]["Alert"][];
                            /** @description Cursor of the page after this one; null: there is none */
                            next: string | null;
                            /** @description How many there are in all; null where that is not counted */
                            total: number | null;
                        };
                    };
                };
                /** @description A problem (RFC 9457) */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/alerts/channels": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The names of the channels that alerts go to from here */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description As asked for */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["AlertChannels"];
                    };
                };
                /** @description A problem (RFC 9457) */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/alerts/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Send a test message through channels */
        post: {
            parameters: {
                query?: never;
                header?: {
                    /** @description Has to be sent, as a page of another site cannot send it; the client does so by itself */
                    "x-partman-request"?: "1";
                    /** @description The same key with the same request has the same answer for 24 hours, and does nothing again */
                    "idempotency-key"?: string;
                };
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["AlertTest"];
                };
            };
            responses: {
                /** @description As asked for */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["AlertTested"];
                    };
                };
                /** @description A problem (RFC 9457) */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
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
        Health: {
            /**
             * @description Where the database does not answer, this is a problem
             * @enum {string}
             */
            status: "ok";
        };
        Problem: {
            type: string;
            title: string;
            status: number;
            detail?: string;
            /** @description Of partman; explained in docs/errors.md */
            code: string;
            hint?: string;
        };
        Me: {
            user: string | null;
            /** @enum {string} */
            role: "none" | "viewer" | "operator" | "admin";
        };
        Overview: {
            /**
             * Format: date-time
             * @description By the clock of the database
             */
            now: string;
            /** @description Version of PostgreSQL */
            server: string;
            hasBookkeeping: boolean;
            lease: components["schemas"]["Lease"];
            /** @enum {string} */
            health: "ok" | "warning" | "error";
            tables: components["schemas"]["TableSummary"][];
            /** @description Those of the last run that looked at each table; /findings looks anew */
            findings: components["schemas"]["Finding"][];
        };
        Lease: {
            holder: string | null;
            /**
             * Format: date-time
             * @description When it runs out
             */
            expiresAt: string | null;
            /**
             * Format: date-time
             * @description End of the last run
             */
            lastRunAt: string | null;
        };
        TableSummary: {
            model: string;
            table: components["schemas"]["TableName"];
            /** @enum {string} */
            state: "partitioned" | "plain" | "missing";
            levels: components["schemas"]["Level"][];
            /** @description Of its level of windows, as it is declared */
            interval: string | null;
            premake: number | null;
            /** @description In words, such as "30 days, then 24 hours detached"; null keeps everything */
            retention: string | null;
            /** @description Tenants that have partitions */
            tenants: number | null;
            /** @description Partitions that hold rows */
            leaves: number;
            /** @description Retired partitions in their grace period */
            detached: number;
            /** @description Size with indexes and TOAST, in bytes */
            bytes: number;
            /** @description Estimate of the last ANALYZE or VACUUM; null where there was none */
            rows: number | null;
            /** @description ISO 8601, or a number: where the oldest series begins */
            from: string | null;
            /** @description ISO 8601, or a number: where the series that ends first ends */
            until: string | null;
            /** @description Days from now until there; null where the windows are none of time, or without an end */
            runwayDays: number | null;
            /** Format: date-time */
            nextRetirement: string | null;
            /** @description Holds in force */
            holds: number;
            findings: {
                error: number;
                warning: number;
                info: number;
            };
        };
        TableName: {
            schema: string;
            name: string;
        };
        Level: {
            /** @enum {string} */
            kind: "range" | "number-range" | "list" | "tenants" | "hash";
            /** @description RANGE, LIST or HASH */
            method: string;
            columns: string[];
        };
        Finding: {
            /** @description Explained in docs/findings.md */
            code: string;
            severity: components["schemas"]["Severity"];
            model: string | null;
            table: components["schemas"]["TableName"] | null;
            /** @description file:line:column of the declaration */
            declaredAt: string;
            message: string;
            nextStep: string;
        };
        /** @enum {string} */
        Severity: "error" | "warning" | "info";
        TableDetail: components["schemas"]["TableSummary"] & {
            declaredAt: string;
            timeZone: string | null;
            ribbon: components["schemas"]["RibbonCell"][];
            growth: components["schemas"]["Growth"];
            /** @description The DEFAULT partitions, and an estimate of what is in them */
            defaultRows: {
                partition: components["schemas"]["TableName"];
                rows: number | null;
                bytes: number;
            }[];
        };
        RibbonCell: {
            from: string | null;
            to: string | null;
            state: components["schemas"]["PartitionState"];
            /** @description How many */
            partitions: number;
            /** @description How many tenants have none */
            missing: number;
            /** @description Size, in bytes */
            bytes: number;
            rows: number | null;
        };
        /**
         * @description retiring: attached, past its retention; detached: retired, in its grace period; history, current, ahead: by time; missing: wanted, and not there; other: by no window
         * @enum {string}
         */
        PartitionState: "retiring" | "detached" | "history" | "current" | "ahead" | "missing" | "other";
        Growth: {
            samples: {
                /** Format: date-time */
                at: string;
                bytes: number;
                rows: number | null;
            }[];
            bytesPerDay: number | null;
            /** @description Size once the oldest rows are as old as the retention lets them be */
            bytesAtRetention: number | null;
        };
        Partition: {
            schema: string;
            name: string;
            tenant: string | null;
            /** @description For people, such as [2026-03-01 .. 2026-03-02) */
            bound: string;
            from: string | null;
            to: string | null;
            state: components["schemas"]["PartitionState"];
            /** @description Size with indexes and TOAST, in bytes */
            bytes: number;
            rows: number | null;
            /** @description Sequential and index scans since the statistics were reset */
            scans: number | null;
            /**
             * Format: date-time
             * @description From PostgreSQL 16 on
             */
            lastScanAt: string | null;
            /** Format: date-time */
            retiredAt: string | null;
            held: boolean;
        };
        Tenant: {
            set: string;
            key: string;
            /** @description null: it is there */
            removal: components["schemas"]["TenantRemoval"] | null;
            /** @description Leaves of its own; of one that was removed, those that can be taken back, detached or not */
            partitions: number;
            /** @description Size of those, in bytes */
            bytes: number;
            rows: number | null;
            /** @description Of the bytes of all tenants of the set, 0 to 1 */
            share: number;
            /** @description Tables of the set where nothing takes its rows */
            withoutPartitions: components["schemas"]["TableName"][];
            settings: {
                [key: string]: unknown;
            } | null;
        };
        TenantRemoval: {
            /** Format: date-time */
            at: string;
            by: string;
            reason: string;
            /**
             * Format: date-time
             * @description Nothing of it is dropped before; from then on some of it is gone for good. null: nothing is going to be dropped, or nothing is left
             */
            restorableUntil: string | null;
        };
        NewTenant: {
            set: string;
            key: string;
        };
        ForeseenRemoval: {
            set: string;
            key: string;
            tables: {
                table: components["schemas"]["TableName"];
                /** @description Leaves that the next runs detach */
                partitions: number;
                /** @description Size of those, in bytes */
                bytes: number;
                rows: number | null;
                /**
                 * @description Why rows of it stay: in partitions of several tenants, or beside a DEFAULT one; null: none do
                 * @enum {string|null}
                 */
                stays: "shared" | "default" | null;
                /** @description How long they stand detached, and can be taken back, such as "30 days" */
                grace: string;
                /** @enum {string} */
                afterGrace: "drop" | "move" | "keep";
            }[];
        };
        TenantToRemove: {
            set: string;
            key: string;
            reason: string;
        };
        RestoredTenant: {
            wasRemoved: boolean;
            attached: {
                table: components["schemas"]["TableName"];
                partition: components["schemas"]["TableName"];
            }[];
            tenant: components["schemas"]["Tenant"];
        };
        Plan: {
            /**
             * Format: date-time
             * @description The instant it was made for
             */
            now: string;
            /** @description What is applied is what was seen */
            fingerprint: string;
            operations: components["schemas"]["Operation"][];
            findings: components["schemas"]["Finding"][];
            destroysData: boolean;
        };
        Operation: {
            kind: string;
            model: string;
            table: components["schemas"]["TableName"];
            partition: components["schemas"]["TableName"];
            bound: string | null;
            reason: string;
            transactional: boolean;
            destroysData: boolean;
            locks: {
                mode: string;
                on: components["schemas"]["TableName"];
            }[];
        };
        Applied: {
            /** @enum {string} */
            outcome: "done" | "failed";
            counts: {
                done: number;
                failed: number;
                skipped: number;
            };
            steps: components["schemas"]["Step"][];
        };
        Step: {
            kind: string;
            model: string;
            table: components["schemas"]["TableName"];
            partition: components["schemas"]["TableName"];
            bound: string | null;
            reason: string;
            /** @enum {string} */
            outcome: "done" | "failed" | "skipped";
            error: string | null;
            retries: number;
            waitedMs: number;
            blockers: string[];
        };
        ApplyPlan: {
            /**
             * Format: date-time
             * @description As the plan has it
             */
            now: string;
            /** @description As the plan has it */
            fingerprint: string;
            /** @description The word "destroy", where the plan destroys data */
            confirm?: string;
        };
        Findings: {
            items: components["schemas"]["Finding"][];
        };
        Run: {
            id: string;
            holder: string;
            /** Format: date-time */
            startedAt: string;
            /** Format: date-time */
            finishedAt: string | null;
            /** @enum {string} */
            outcome: "running" | "done" | "failed" | "cut-off";
            counts: {
                done: number;
                failed: number;
                skipped: number;
            };
        };
        RunDetail: components["schemas"]["Run"] & {
            steps: components["schemas"]["Step"][];
            findings: components["schemas"]["Finding"][];
        };
        Hold: {
            id: string;
            table: components["schemas"]["TableName"];
            tenant: string | null;
            lower: string | null;
            upper: string | null;
            reason: string;
            /** Format: date-time */
            until: string | null;
            /** Format: date-time */
            heldAt: string;
            heldBy: string;
            /** Format: date-time */
            releasedAt: string | null;
            releasedBy: string | null;
            /** @enum {string} */
            state: "in-force" | "over" | "released";
        };
        NewHold: {
            model: string;
            /** @default null */
            tenant?: string | null;
            /** @default null */
            from?: string | null;
            /**
             * @description Excluded
             * @default null
             */
            to?: string | null;
            /** @default null */
            until?: string | null;
            reason: string;
        };
        Reason: {
            reason: string;
        };
        Approvals: {
            items: components["schemas"]["Approval"][];
        };
        Approval: {
            model: string;
            table: components["schemas"]["TableName"];
            /** @description The retention that is declared, in words */
            declared: string | null;
            /** @description The retention that is in force, in words; null: none was approved of yet */
            inForce: string | null;
            isPending: boolean;
            /** Format: date-time */
            approvedAt: string | null;
            approvedBy: string | null;
            /** @description What would go at once */
            going: components["schemas"]["Operation"][];
            /** @description Of what would go: whoever approves sends it back */
            fingerprint: string;
        };
        NewApproval: {
            model: string;
            fingerprint: string;
            reason: string;
        };
        AuditEntry: {
            id: string;
            /** Format: date-time */
            at: string;
            actor: string;
            act: string;
            table: components["schemas"]["TableName"];
            subject: string | null;
            details: {
                [key: string]: unknown;
            };
            reason: string | null;
        };
        Alert: {
            id: string;
            /** @description Explained in docs/alerts.md */
            rule: string;
            /** @description null: of no table, or of several */
            model: string | null;
            severity: components["schemas"]["Severity"];
            message: string;
            nextStep: string;
            /** Format: date-time */
            raisedAt: string;
            /** Format: date-time */
            seenAt: string;
            /** Format: date-time */
            resolvedAt: string | null;
            deliveries: components["schemas"]["AlertDelivery"][];
        };
        AlertDelivery: {
            channel: string;
            /** @enum {string} */
            event: "raised" | "resolved";
            /**
             * @description failed: it is tried again, for as long as the alert is what it tells of
             * @enum {string}
             */
            state: "delivered" | "under-way" | "failed";
            /** @description How often it was tried */
            attempts: number;
            /** Format: date-time */
            triedAt: string | null;
            /** Format: date-time */
            deliveredAt: string | null;
            error: string | null;
        };
        AlertChannels: {
            items: {
                name: string;
            }[];
        };
        AlertTested: {
            channels: {
                channel: string;
                /** @enum {string} */
                outcome: "delivered" | "failed";
                error: string | null;
            }[];
        };
        AlertTest: {
            /** @description Names of those to try out */
            channels: string[];
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export type operations = Record<string, never>;
