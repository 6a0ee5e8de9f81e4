/** The build of msgpackr that makes no functions from the names in a message; it is the same otherwise. */
declare module "msgpackr/index-no-eval" {
  export * from "msgpackr";
}
