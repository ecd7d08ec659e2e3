throw new Error("uncaught");
