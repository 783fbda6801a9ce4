CREATE SCHEMA "reporting";
--> statement-breakpoint
CREATE SEQUENCE "public"."reporting_feed_position" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1;--> statement-breakpoint
CREATE TABLE "reporting"."invoice_events" (
	"invoice_id" text NOT NULL,
	"version" integer NOT NULL,
	"company_cnpj" text NOT NULL,
	"municipality_code" text NOT NULL,
	"type" text NOT NULL,
	"at" timestamp(3) with time zone NOT NULL,
	"commit_version" integer NOT NULL,
	"committed_at" timestamp(3) with time zone NOT NULL,
	"commit_hash" text NOT NULL,
	"error_code" text,
	"position" bigint NOT NULL,
	CONSTRAINT "invoice_events_invoice_id_version_pk" PRIMARY KEY("invoice_id","version")
);
--> statement-breakpoint
CREATE TABLE "reporting"."invoices" (
	"invoice_id" text PRIMARY KEY NOT NULL,
	"version" integer NOT NULL,
	"company_cnpj" text NOT NULL,
	"municipality_code" text NOT NULL,
	"provider" text NOT NULL,
	"status" text NOT NULL,
	"dps_series" text NOT NULL,
	"dps_number" bigint NOT NULL,
	"nfse_number" text,
	"access_key" text,
	"replaces" text,
	"emitted_at" timestamp(3) with time zone NOT NULL,
	"emitted_on" date NOT NULL,
	"issued_at" timestamp(3) with time zone,
	"issue_ms" bigint,
	"updated_at" timestamp(3) with time zone NOT NULL,
	"competence_on" date NOT NULL,
	"competence" text NOT NULL,
	"service_code" text NOT NULL,
	"iss_municipality" text,
	"service" bigint NOT NULL,
	"total" bigint NOT NULL,
	"iss_base" bigint,
	"iss" bigint,
	"iss_withheld" bigint,
	"inss_withheld" bigint NOT NULL,
	"irrf_withheld" bigint NOT NULL,
	"csrf_withheld" bigint NOT NULL,
	"net" bigint,
	"error_code" text
);
--> statement-breakpoint
CREATE UNIQUE INDEX "invoice_events_by_position" ON "reporting"."invoice_events" USING btree ("position");--> statement-breakpoint
CREATE INDEX "invoice_events_by_company_position" ON "reporting"."invoice_events" USING btree ("company_cnpj","position");--> statement-breakpoint
CREATE INDEX "invoice_events_by_commit_time" ON "reporting"."invoice_events" USING btree ("committed_at");--> statement-breakpoint
CREATE INDEX "invoice_events_by_rejection" ON "reporting"."invoice_events" USING btree ("company_cnpj","at") WHERE error_code is not null;--> statement-breakpoint
CREATE INDEX "invoices_by_company_day" ON "reporting"."invoices" USING btree ("company_cnpj","emitted_on");--> statement-breakpoint
CREATE INDEX "invoices_by_day" ON "reporting"."invoices" USING btree ("emitted_on");--> statement-breakpoint
CREATE INDEX "invoices_by_company_competence" ON "reporting"."invoices" USING btree ("company_cnpj","competence_on");--> statement-breakpoint
CREATE INDEX "invoices_by_competence" ON "reporting"."invoices" USING btree ("competence_on");--> statement-breakpoint
CREATE INDEX "invoices_by_number" ON "reporting"."invoices" USING btree ("company_cnpj","dps_series","dps_number");--> statement-breakpoint
CREATE INDEX "invoices_by_number_without_note" ON "reporting"."invoices" USING btree ("company_cnpj","dps_series","dps_number") WHERE issued_at is null;--> statement-breakpoint
CREATE INDEX "invoices_by_replaced" ON "reporting"."invoices" USING btree ("replaces") WHERE replaces is not null;